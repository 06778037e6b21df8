namespace Pipulate;

/// <summary>
/// Keeps an endpoint silent, whatever its group, controller or convention says.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = false, Inherited = true)]
public sealed class DisableChatCommentaryAttribute : Attribute;
