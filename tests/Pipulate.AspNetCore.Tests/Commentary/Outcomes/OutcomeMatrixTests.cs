namespace Pipulate.Tests.Commentary.Outcomes;

/// <summary>
/// Every kind of endpoint, every ending, as a browser and as htmx: exactly the comments that are wanted, with the values that the request
/// had.
/// </summary>
public sealed class OutcomeMatrixTests(OutcomeHost host) : IClassFixture<OutcomeHost>
{
    private static readonly string[] Kinds =
    [
        "lambda", "lambda-convention", "method-group", "delegate", "delegate-convention", "group-inherited", "group-overridden", "fallback",
        "fallback-convention", "code",
        "action", "controller", "controllers-convention", "page-class", "page-handler", "pages-convention", "component",
        "components-convention",
    ];

    private static readonly string[] Endings = ["200", "204", "302", "400", "404", "500", "throws", "aborted", "invalid"];

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var kind in Kinds)
            {
                foreach (var ending in Endings.Where(ending => Can(kind, ending)))
                {
                    cases.Add("success", kind, ending);

                    // A convention over all controllers, pages or components would give its failures to those that are marked for success
                    // only.
                    if (!IsBroad(kind))
                    {
                        cases.Add("both", kind, ending);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Row", "F-27")]
    public async Task Endpoint_OfAnyKindAndEnding_IsToldAsItIsMarked(string marked, string kind, string ending)
    {
        foreach (var htmx in new[] { false, true })
        {
            var method = kind.StartsWith("component", StringComparison.Ordinal) ? "GET" : "POST";
            var told = await host.AskAsync(method, $"/{marked}/{kind}/7/{ending}?title=Milk", htmx, aborted: ending == "aborted");

            Assert.Equal(Expected(marked, kind, ending) is { } text ? [text] : [], told.Events);
            Assert.Equal(Status(ending), told.Status);
            if (ending == "throws")
            {
                Assert.Equal("SECRET of the server", Assert.IsType<InvalidOperationException>(told.Thrown).Message);
            }
        }
    }

    [Theory]
    [InlineData("unmarked")]
    [InlineData("attribute")]
    [InlineData("group")]
    [InlineData("convention")]
    [InlineData("page-handler")]
    public async Task Endpoint_ThatIsNotMarkedOrDisabledAnywhere_IsSilent(string kind)
    {
        foreach (var ending in Endings.Where(ending => Can(kind, ending) && ending != "aborted"))
        {
            Assert.Empty((await host.AskAsync("POST", $"/silent/{kind}/7/{ending}?title=Milk", htmx: true)).Events);
        }
    }

    private static string? Expected(string marked, string kind, string ending)
    {
        var id = kind.StartsWith("delegate", StringComparison.Ordinal) || kind.StartsWith("component", StringComparison.Ordinal)
            ? "\"7\""
            : "7";
        var failed = marked == "both" ? $"failed {id} {Status(ending)} \"{Error(kind, ending)}\"" : null;
        return ending switch
        {
            "200" or "204" or "302" => $"done {(IsBroad(kind) ? "broadly " : "")}{id} \"Milk\" {ending}",
            "aborted" => null,
            _ => failed,
        };
    }

    private static bool IsBroad(string kind) => kind is "controllers-convention" or "pages-convention" or "components-convention";

    private static int Status(string ending) => ending switch
    {
        "throws" => 500,
        "invalid" => 200,
        "aborted" => 0,
        _ => int.Parse(ending, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static string Error(string kind, string ending) => ending switch
    {
        "400" when !kind.StartsWith("delegate", StringComparison.Ordinal) && kind != "component" => Ending.TooLong,
        "400" => "The server answered: Bad Request.",
        "404" => "The server answered: Not Found.",
        "invalid" => Ending.Missing,
        _ => "The server failed.",
    };

    /// <summary>Only MVC knows of a form that is shown again, and a component cannot answer without a body.</summary>
    private static bool Can(string kind, string ending) => ending switch
    {
        "invalid" =>
            kind.Contains("page", StringComparison.Ordinal) || kind is "action" || kind.StartsWith("controller", StringComparison.Ordinal),
        "204" => !kind.StartsWith("component", StringComparison.Ordinal),
        _ => true,
    };
}
