using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;
using Pipulate.Commentary;
using Pipulate.Events;
using Pipulate.Events.Values;

namespace Pipulate.Tests.Commentary;

/// <summary>Objects are written by their own text, else by their simple properties, else by a name in plain words.</summary>
public partial class ValueShapesTests
{
    private const string Hidden = "hunter2";

    private static readonly string[] Letters = ["a"];
    private static readonly bool[] Both = [true, false];
    private static readonly ValueShapes Shapes = new(new Redaction(Microsoft.Extensions.Options.Options.Create(new PipulateOptions())));

    /// <summary>A value, what the model gets, what a reader in Germany gets.</summary>
    public static TheoryData<object, string, string> Objects => new()
    {
        { new Todo
        {
            Title = "Buy \"🥛\""
        }, """{ Id: 7, Title: "Buy \"🥛\"", Due: "2026-05-11", Price: 1.50, Days: null }""", "Id: 7, Title: Buy \"🥛\", Due: 11.05.2026, Price: 1,50, Days: –" },
        { new Point(1, 2.5), "{ X: 1, Y: 2.5 }", "X: 1, Y: 2,5" },
        { new Named("Ann"), "\"Ann!\"", "Ann!" },
        { new Child { Title = 3 }, "{ Title: 3, Other: \"o\" }", "Title: 3, Other: o" },
        { new { Title = "Milk", Tags = Letters, Todo = new Named(
            "x") }, """{ Title: "Milk", Tags: ["a"], Todo: "x!" }""", "Title: Milk, Tags: (a), Todo: x!" },
        { new List<Todo>
        {
            new() { Title = "a" }
        }, """{ Id: 7, Title: "a", Due: "2026-05-11", Price: 1.50, Days: null }""", "(Id: 7, Title: a, Due: 11.05.2026, Price: 1,50, Days: –)" },
        { new HashSet<int> { 1, 2 }, "1, 2", "1, 2" },
        { new HashSet<DateOnly> { new(2026, 5, 11) }, "\"2026-05-11\"", "11.05.2026" },
        { new ReadOnlyMap(), "{ \"a\": 1 }", "a: 1" },
        { new KeyValuePair<string, int>("a", 1), "{ \"a\": 1 }", "a: 1" },
        { new StringValues(["a", "b"]), "\"a\", \"b\"", "a, b" },
        { new FormCollection(
            new() { ["a"] = "b", ["c"] = new StringValues(["d", "e"]) }), """{ "a": "b", "c": ["d", "e"] }""", "a: b, c: (d, e)" },
        { new Cart(), "\"a cart\"", "a cart" },
        { Level.High, "\"very high\"", "very high" },
        { Level.Low, "\"not much\"", "not much" },
        { Level.Mid, "\"Mid\"", "Mid" },
        { Rights.Read | Rights.Write, "\"may read, Write\"", "may read, Write" },
        { new TodoStore(), "todo store", "todo store" },
        { new Node(), "{ Name: \"n\" }", "Name: n" },
        { new DefaultHttpContext(), "default http context", "default http context" },
        { new CancellationToken(), "cancellation token", "cancellation token" },
        { new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "test")), "\"ann\"", "ann" },
        { new ClaimsPrincipal(), "user", "user" },
        { typeof(TodoStore), "todo store", "todo store" },
        { Task.FromResult("done"), "\"done\"", "done" },
        { Task.CompletedTask, "task", "task" },
        { new TaskCompletionSource<string>().Task, "task", "task" },
        { new ValueTask<string>("x"), "task", "task" },
        { new Lazy<string>("made"), "\"made\"", "made" },
        { new Lazy<string>(() => throw new InvalidOperationException("read")), "string", "string" },
        { new ReadOnlyMemory<byte>([1, 2, 3]), "3 bytes", "3 bytes" },
        { new InvalidOperationException("secret"), "invalid operation exception", "invalid operation exception" },
        { new ProblemDetails { Title = "No", Detail = "Not now." }, "\"Not now.\"", "Not now." },
        { new FormFile(
            Stream.Null, 0, 12_345, "file", "C:\\me\\photo \"1\".jpg") { Headers = new HeaderDictionary(), ContentType = "image/jpeg" },
            "\"photo \\\"1\\\".jpg (image/jpeg, 12.3 kB)\"", "photo \"1\".jpg (image/jpeg, 12,3 kB)" },
        { new FormFileCollection
        {
            new FormFile(Stream.Null, 0, 5, "file", "a.txt"),
            new FormFile(Stream.Null, 0, 1_000_000, "file", "b.bin")
        },
            "\"a.txt (5 bytes)\", \"b.bin (1 MB)\"", "a.txt (5 bytes), b.bin (1 MB)" },
        { new MemoryStream([1]), "stream", "stream" },
    };

    /// <summary>What a handler returns.</summary>
    public static TheoryData<object, string> Results => new()
    {
        { Results_(TypedResults.Ok("Milk")), "\"Milk\"" },
        { TypedResults.Ok<string>(null), "null" },
        { TypedResults.Ok(), "OK" },
        { TypedResults.Created("/7", new Named("Ann")), "\"Ann!\"" },
        { TypedResults.Json(new Point(1, 2)), "{ X: 1, Y: 2 }" },
        { TypedResults.Content("Hi \"there\""), "\"Hi \\\"there\\\"\"" },
        { TypedResults.Text("Hé"u8), "\"Hé\"" },
        { TypedResults.Redirect("/list?x=\""), "\"redirect to /list?x=\\\"\"" },
        { TypedResults.RedirectToRoute("list"), "redirect" },
        { TypedResults.NotFound(), "Not Found" },
        { TypedResults.NoContent(), "No Content" },
        { TypedResults.StatusCode(418), "I'm a teapot" },
        { TypedResults.Empty, "null" },
        { TypedResults.Challenge(), "challenge" },
        { TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["Title"] = ["Too long."] }), "\"Too long.\"" },
        { TypedResults.Problem("It failed."), "\"It failed.\"" },
        { TypedResults.Bytes(new byte[2_000], "text/csv", "list.csv"), "\"list.csv (text/csv, 2 kB)\"" },
        { TypedResults.Bytes(new byte[2_000], "text/csv"), "\"file (text/csv, 2 kB)\"" },
        { TypedResults.Stream(new MemoryStream(new byte[5]), "text/csv", "list.csv"), "\"list.csv (text/csv, 5 bytes)\"" },
        { TypedResults.PhysicalFile("/srv/private/list.csv", "text/csv"), "\"list.csv (text/csv)\"" },
        { new ObjectResult("Milk"), "\"Milk\"" },
        { new JsonResult(null), "null" },
        { new ContentResult { Content = "Hi" }, "\"Hi\"" },
        { new NotFoundResult(), "Not Found" },
        { new RedirectResult("/list"), "\"redirect to /list\"" },
        { new LocalRedirectResult("/list"), "\"redirect to /list\"" },
        { new RedirectToActionResult("Index", null, null), "\"redirect to Index\"" },
        { new RedirectToPageResult("/Index"), "\"redirect to /Index\"" },
        { new EmptyResult(), "null" },
        { new PartialViewResult(), "null" },
        { new FileContentResult(new byte[3], "image/png") { FileDownloadName = "a.png" }, "\"a.png (image/png, 3 bytes)\"" },
        { new FileStreamResult(new MemoryStream(new byte[3]), "image/png"), "\"file (image/png, 3 bytes)\"" },
        { new CustomResult("<b>"), "{ Html: \"<b>\" }" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Append_Object_IsWrittenAsAPersonWould(object value, string model, string people)
    {
        Assert.Equal(model, Write(value, quoted: true, "de-DE"));
        Assert.Equal(model, Write(value, quoted: true, "ar-SA"));
        Assert.Equal(people, Write(value, quoted: false, "de-DE"));
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void Append_Result_SaysWhatTheHandlerReturned(object value, string model)
    {
        Assert.Equal(model, Write(ResultValue.Unwrap(value), quoted: true, "de-DE"));
        Assert.Equal(model, Write(value, quoted: true, ""));
    }

    [Fact]
    public void Append_SecretInsideAnObject_IsKept()
    {
        object[] values =
        [
            new Login(), new List<Login> { new() }, new { Login = new Login() }, new Dictionary<string, object> { ["x"] = new Login() },
            Tuple.Create(new Login()), new Derived(), new Keeping(),
            new Credentials("ann", Hidden), new Configured { Password = Hidden, Name = "ann" },
            new[] { new Configured { Password = Hidden } }, new PlainRecord("ann", Hidden),
            new Dictionary<string, string> { ["apiKey"] = Hidden }, new { Token = Hidden },
            System.Text.Json.JsonSerializer.SerializeToElement(new { a = new { password = Hidden } }),
            System.Text.Json.JsonSerializer.SerializeToNode(new { password = Hidden })!,
            new FormCollection(new() { ["password"] = Hidden }), new ReadOnlySecrets(), new Ignored(),
        ];
        foreach (var value in values)
        {
            foreach (var quoted in Both)
            {
                Assert.DoesNotContain(Hidden, Write(value, quoted, ""), StringComparison.Ordinal);
            }
        }

        Assert.Equal(
            "{ Name: \"ann\", Password: (redacted) }", Write(new Configured { Password = Hidden, Name = "ann" }, quoted: true, ""));
    }

    [Fact]
    public void Append_PropertyThatThrows_IsUnknownAndTheOthersAreShown()
    {
        var failures = new List<string>();

        Assert.Equal(
            "{ Title: \"Milk\", Owner: (unknown), Done: true }",
            Write(new Broken(), quoted: true, "", exception => failures.Add(exception.Message)));
        Assert.Equal(["as planned"], failures);
    }

    [Fact]
    public void Append_LazySequence_IsNamedAndNotRead()
    {
        Assert.Equal("sequence", Write(Things(), quoted: true, ""));
        Assert.Equal("sequence", Write(Things().Where(_ => true), quoted: false, ""));
        Assert.Equal("sequence", Write(Letters.AsQueryable(), quoted: true, ""));
        Assert.Equal("sequence", Write(AsyncThings(), quoted: true, ""));

        static IEnumerable<string> Things()
        {
            yield return Throw();
        }

        static async IAsyncEnumerable<string> AsyncThings()
        {
            await Task.Yield();
            yield return Throw();
        }

        static string Throw() => throw new InvalidOperationException("read");
    }

    [Theory]
    [InlineData(typeof(TodoStore), true)]
    [InlineData(typeof(HttpContext), true)]
    [InlineData(typeof(CancellationToken), true)]
    [InlineData(typeof(IAsyncEnumerable<string>), true)]
    [InlineData(typeof(IQueryable<string>), true)]
    [InlineData(typeof(Func<int>), true)]
    [InlineData(typeof(Todo), false)]
    [InlineData(typeof(Named), false)]
    [InlineData(typeof(object), false)]
    [InlineData(typeof(IDisposable), false)]
    [InlineData(typeof(IEnumerable<string>), false)]
    [InlineData(typeof(List<TodoStore>), false)]
    [InlineData(typeof(int?), false)]
    [InlineData(typeof(IFormFile), false)]
    [InlineData(typeof(Stream), false)]
    [InlineData(typeof(ValueTuple<int, int>), false)]
    [InlineData(typeof(System.Text.Json.JsonElement), false)]
    public void IsNameOnly_DeclaredType_IsWhetherNothingElseCanBeShown(Type type, bool expected) =>
        Assert.Equal(expected, ValueShapes.IsNameOnly(type));

    private static Microsoft.AspNetCore.Http.HttpResults.Results<Microsoft.AspNetCore.Http.HttpResults.Ok<string>, Microsoft.AspNetCore.Http.HttpResults.NotFound> Results_(
        Microsoft.AspNetCore.Http.HttpResults.Ok<string> ok) => ok;

    private static string Write(object? value, bool quoted, string culture, Action<Exception>? failed = null)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = quoted ? CultureInfo.InvariantCulture : new CultureInfo(culture, useUserOverride: false);
            var text = new StringBuilder();
            PlaceholderValue.Append(text, value, quoted, 200, Shapes, failed);
            return text.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
