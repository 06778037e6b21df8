using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>
/// Counts the tokens of an answer that may take several requests, one more for each round of tools. Within one request the last figures
/// count, because servers repeat them as they grow.
/// Not thread-safe.
/// </summary>
internal sealed class TurnUsage
{
    private readonly UsageDetails _sum = new();
    private UsageDetails? _current;
    private UsageDetails? _first;
    private string? _response;
    private string? _message;
    private bool _called;

    /// <summary>Gets what the first request took, the only one that read just the request; null where that is not known.</summary>
    public UsageDetails? First => _first ?? _current;

    /// <summary>Gets what all requests took; null where that is not known.</summary>
    public UsageDetails? Sum
    {
        get
        {
            if (_first is null)
            {
                return _current;
            }

            var sum = new UsageDetails();
            sum.Add(_sum);
            if (_current is not null)
            {
                sum.Add(_current);
            }

            return sum;
        }
    }

    public void Note(ChatResponseUpdate update)
    {
        if (update.Contents.Count > 0 && (IsOther(update.ResponseId, ref _response) | IsOther(update.MessageId, ref _message)))
        {
            EndRequest();
        }

        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case UsageContent { Details: { } usage }:
                    _current = Merge(_current, usage);
                    break;
                case FunctionCallContent:
                    _called = true;
                    break;
                case FunctionResultContent:
                case TextContent or TextReasoningContent when _called:
                    EndRequest();
                    _called = false;
                    break;
            }
        }
    }

    private static bool IsOther(string? id, ref string? known)
    {
        if (string.IsNullOrEmpty(id))
        {
            return false;
        }

        var isOther = known is not null && known != id;
        known = id;
        return isOther;
    }

    private static UsageDetails Merge(UsageDetails? before, UsageDetails now) => before is null ? now : new UsageDetails
    {
        InputTokenCount = now.InputTokenCount ?? before.InputTokenCount,
        OutputTokenCount = now.OutputTokenCount ?? before.OutputTokenCount,
        TotalTokenCount = now.TotalTokenCount ?? before.TotalTokenCount,
        CachedInputTokenCount = now.CachedInputTokenCount ?? before.CachedInputTokenCount,
        ReasoningTokenCount = now.ReasoningTokenCount ?? before.ReasoningTokenCount,
    };

    private void EndRequest()
    {
        if (_current is not null)
        {
            _first ??= _current;
            _sum.Add(_current);
            _current = null;
        }
    }
}
