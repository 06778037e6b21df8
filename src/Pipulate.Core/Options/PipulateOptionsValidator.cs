using Microsoft.Extensions.Options;
using Pipulate.Models;

namespace Pipulate;

/// <summary>Says of each wrong setting which key it is, what it may be and what it is.</summary>
internal sealed class PipulateOptionsValidator : IValidateOptions<PipulateOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, PipulateOptions options)
    {
        var wrong = new List<string>();
        void Check(string key, bool right, string rule, object? value)
        {
            if (!right)
            {
                wrong.Add($"{PipulateOptions.SectionName}:{key} {rule}, but it is \"{value}\".");
            }
        }

        void Number(string key, int value, int least, int most) =>
            Check(key, value >= least && value <= most, FormattableString.Invariant($"must be a number from {least} to {most}"), value);
        void Time(string key, TimeSpan value) =>
            Check(key, value >= Shortest && value <= Longest, "must be a time from 00:00:00.001 to 1.00:00:00", value);

        Check(nameof(options.Persona), !string.IsNullOrWhiteSpace(options.Persona), "must say who the model is", options.Persona);
        Check(nameof(options.Htmx), Enum.IsDefined(options.Htmx), "must be V2 or V4", options.Htmx);
        Check(nameof(options.CommentOn), Enum.IsDefined(options.CommentOn), "must be Marked or HtmxRequests", options.CommentOn);
        Check(nameof(options.Conversations), Enum.IsDefined(options.Conversations), "must be PerVisitor or Shared", options.Conversations);
        Check("Cookie:SameSite", Enum.IsDefined(options.Cookie.SameSite), "must be None, Lax or Strict", options.Cookie.SameSite);
        var endpoint = options.Ollama.Endpoint;
        Check(
            "Ollama:Endpoint",
            endpoint is null || IsHttp(endpoint) || IsHostAndPort(endpoint),
            "must be an http or https address, or a host and a port",
            endpoint is null ? null : ModelServer.Display(endpoint));
        for (var i = 0; i < options.AllowedOrigins.Count; i++)
        {
            Check($"AllowedOrigins:{i}", IsOrigin(
                options.AllowedOrigins[i]), "must be an origin such as https://app.example.com, without a path", options.AllowedOrigins[i]);
        }

        Check(nameof(options.TypingDelay), options.TypingDelay >= TimeSpan.Zero
            && options.TypingDelay <= TimeSpan.FromSeconds(1), "must be a time from 00:00:00 to 00:00:01", options.TypingDelay);
        var schedule = options.Schedule;
        Check("Schedule:Debounce", schedule.Debounce >= TimeSpan.Zero
            && schedule.Debounce <= TimeSpan.FromMinutes(1), "must be a time from 00:00:00 to 00:01:00", schedule.Debounce);
        Check("Schedule:Cooldown", schedule.Cooldown >= TimeSpan.Zero
            && schedule.Cooldown <= Longest, "must be a time from 00:00:00 to 1.00:00:00", schedule.Cooldown);
        Check("Schedule:Chance", schedule.Chance is >= 0 and <= 1, "must be a number from 0 to 1", schedule.Chance);

        var retention = options.Retention;
        var rule = "must be 00:00:00 for no limit, or a time from 01:00:00 to 3650.00:00:00";
        Check("Retention:Age", retention.Age == TimeSpan.Zero
            || (retention.Age >= TimeSpan.FromHours(1) && retention.Age <= TimeSpan.FromDays(3650)), rule, retention.Age);
        Number("Retention:ConversationsPerVisitor", retention.ConversationsPerVisitor, 1, 1_000_000);

        Check("Retention:EntriesPerConversation", retention.EntriesPerConversation is 0
            or (>= 200 and <= 1_000_000), "must be a number from 200 to 1000000, or 0 for all", retention.EntriesPerConversation);

        var limits = options.Limits;
        Number("Limits:MessageBytes", limits.MessageBytes, 1_024, 1_048_576);
        Number("Limits:MessageCharacters", limits.MessageCharacters, 1, 100_000);
        Number("Limits:EventCharacters", limits.EventCharacters, 50, 100_000);
        Number("Limits:ValueCharacters", limits.ValueCharacters, 1, 100_000);
        Number("Limits:MessagesPerMinute", limits.MessagesPerMinute, 1, 1_000_000);
        Number("Limits:MessageBurst", limits.MessageBurst, 1, 1_000_000);
        Number("Limits:MessagesPerMinutePerAddress", limits.MessagesPerMinutePerAddress, 1, 1_000_000);
        Number("Limits:ConnectionsPerVisitor", limits.ConnectionsPerVisitor, 1, 1_000_000);
        Number("Limits:ConnectionsPerAddress", limits.ConnectionsPerAddress, 1, 1_000_000);
        Number("Limits:Connections", limits.Connections, 1, 1_000_000);
        Number("Limits:Generations", limits.Generations, 1, 1_000);
        Number("Limits:GenerationsPerMinute", limits.GenerationsPerMinute, 0, 1_000_000);
        Number("Limits:GenerationsPerConversationPerMinute", limits.GenerationsPerConversationPerMinute, 0, 1_000_000);
        Number("Limits:AnswerTokens", limits.AnswerTokens, 1, 1_000_000);
        Check("Limits:ContextTokens", limits.ContextTokens is 0
            or (>= 512 and <= 10_000_000), "must be a number from 512 to 10000000, or 0 for what the model has", limits.ContextTokens);
        Number("Context:Characters", options.Context.Characters, 1, 100_000);
        Time("Context:Timeout", options.Context.Timeout);
        Time("Limits:FirstToken", limits.FirstToken);
        Time("Limits:Idle", limits.Idle);
        Time("Limits:Answer", limits.Answer);
        Time("Limits:Unwatched", limits.Unwatched);
        Time("Limits:Send", limits.Send);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static bool IsHttp(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);

    /// <summary>Recognises "localhost:11434", as users of Ollama write it. To System.Uri that is a scheme, or no whole address.</summary>
    private static bool IsHostAndPort(Uri address) =>
        !address.OriginalString.StartsWith('/') && !address.OriginalString.Contains("://", StringComparison.Ordinal)
        && Uri.TryCreate($"http://{address.OriginalString}", UriKind.Absolute, out _);

    private static bool IsOrigin(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var address) && IsHttp(address) && address.UserInfo.Length == 0
        && string.Equals(address.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);
}
