using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>As in production: the browser has the page by HTTP/2 and opens the socket on that very connection.</summary>
public sealed class HttpsTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Page_OverHttps_TalksByASecureSocketAndItsCookieIsSecure(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, withCertificate: Certificate());
        site.Ollama.Answer = _ => FakeAnswer.Text("Safe and sound.");
        var page = await site.OpenAsync();

        await page.SayAsync("Hello?");

        Assert.Equal("Safe and sound.", await page.AnswerAsync(1));
        Assert.Equal("h2", await page.Page.EvaluateAsync<string>("performance.getEntriesByType('navigation')[0].nextHopProtocol"));
        var cookie = Assert.Single(await page.Page.Context.CookiesAsync(), cookie => cookie.Name == "pipulate.visitor");
        Assert.True(cookie.Secure && cookie.HttpOnly);
        Assert.Empty(page.Complaints);
    }

    private static byte[] Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.Export(X509ContentType.Pfx);
    }
}
