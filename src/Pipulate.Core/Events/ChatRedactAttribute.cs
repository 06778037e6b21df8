namespace Pipulate;

/// <summary>
/// Keeps a value from the model: wherever a commentary names it, <c>(redacted)</c> stands in its place. So it is in no prompt, in no log,
/// and not in <c>&lt;chat-context&gt;</c>.
/// </summary>
/// <remarks>
/// On a property, or on a parameter of a handler or of a record. An object that has such a property is itself redacted where it is named as
/// a whole.
/// </remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter, AllowMultiple = false, Inherited = true)]
public sealed class ChatRedactAttribute : Attribute;
