namespace TodoWithCommentary.Todos;

public sealed record TodoItem(int Id, string Title, bool Done)
{
    public const int TitleLength = 200;

    public string State => Done ? "done" : "open";
}
