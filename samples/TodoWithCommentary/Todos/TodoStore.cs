using Microsoft.Data.Sqlite;

namespace TodoWithCommentary.Todos;

/// <summary>Keeps the todos in one SQLite file. Safe to share: every call takes a connection of its own from the pool.</summary>
/// <remarks>Synchronous on purpose: SQLite has no asynchronous I/O, and a call takes microseconds.</remarks>
public sealed class TodoStore(IConfiguration configuration, IHostEnvironment environment)
{
    private readonly string _path =
        Path.Combine(environment.ContentRootPath, configuration["Todo:Database"] ?? "data/todo.db");

    static TodoStore()
    {
        SQLitePCL.Batteries_V2.Init();
    }

    /// <summary>Makes the folder, the file and the table where they are missing.</summary>
    public void EnsureCreated()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        using var connection = Open();
        using var command = connection.CreateCommand();
        // With a write-ahead log readers wait for nobody; writers wait for each other, up to the command timeout of 30 s.
        command.CommandText = """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS todo (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                title TEXT NOT NULL,
                done INTEGER NOT NULL DEFAULT 0);
            """;
        command.ExecuteNonQuery();
    }

    public IReadOnlyList<TodoItem> All()
    {
        return Query("SELECT id, title, done FROM todo ORDER BY id");
    }

    public TodoItem Add(string title)
    {
        return Query("INSERT INTO todo (title) VALUES ($title) RETURNING id, title, done", ("$title", title)).Single();
    }

    /// <summary>Turns done into not done and back; null when there is no such todo.</summary>
    public TodoItem? Toggle(int id)
    {
        return Query("UPDATE todo SET done = NOT done WHERE id = $id RETURNING id, title, done", ("$id", id)).SingleOrDefault();
    }

    /// <summary>Deletes a todo and returns what it was; null when there is no such todo.</summary>
    public TodoItem? Delete(int id)
    {
        return Query("DELETE FROM todo WHERE id = $id RETURNING id, title, done", ("$id", id)).SingleOrDefault();
    }

    private List<TodoItem> Query(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        using var reader = command.ExecuteReader();
        var todos = new List<TodoItem>();
        while (reader.Read())
        {
            todos.Add(new TodoItem(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return todos;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path }.ConnectionString);
        connection.Open();
        return connection;
    }
}
