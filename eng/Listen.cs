// What a page does, without one: opens the socket as a new visitor, presses the button, and writes the comment that comes. Usage: dotnet
// run Listen.cs -- ADDRESS PATH
#:property PublishAot=false
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

var address = new Uri(args[0]);
var visitor = new CookieContainer();
using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor });
var page = await http.GetStringAsync(address, limit.Token);
if (!page.Contains("id=\"chat-panel\"", StringComparison.Ordinal))
{
    Console.Error.WriteLine("The page has no panel.");
    return 1;
}

using var socket = new ClientWebSocket { Options = { Cookies = visitor } };
await socket.ConnectAsync(new UriBuilder(new Uri(address, "/ws")) { Scheme = "ws" }.Uri, limit.Token);
using var rung = await http.PostAsync(new Uri(address, args[1]), null, limit.Token);
rung.EnsureSuccessStatusCode();

var buffer = new byte[64 * 1024];
var message = new StringBuilder();
while (true)
{
    var received = await socket.ReceiveAsync(buffer, limit.Token);
    message.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
    if (!received.EndOfMessage)
    {
        continue;
    }

    // An entry of the assistant's that is whole.
    var entry = Regex.Match(
        message.ToString(),
        """data-role="assistant"[^>]*data-state="complete".*?class="chat-text"[^>]*>(.*?)</div>""",
        RegexOptions.Singleline);
    if (entry.Success)
    {
        Console.WriteLine(WebUtility.HtmlDecode(Regex.Replace(entry.Groups[1].Value, "<[^>]+>", "")).Trim());
        return 0;
    }

    message.Clear();
}
