namespace Pipulate.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">On which page it stands.</param>
/// <param name="Line">The line of the page on which its text begins, from 1.</param>
/// <param name="Language">What its fence says it is.</param>
/// <param name="Text">What stands in it.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Text);
