// htmx 2 throws the body of an error response away, htmx 4 puts it into the page.
// Here both do the same: an error changes the page only when the server says how (HX-Reswap).
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.isError) detail.shouldSwap = detail.xhr.getResponseHeader("HX-Reswap") !== null;
});
document.addEventListener("htmx:before:swap", event => {
  const response = event.detail.ctx?.response;
  if (response?.status >= 400 && !response.headers.has("HX-Reswap")) event.preventDefault();
});

// Htmx.TagHelpers' script adds the antiforgery token to the requests of htmx 2 only. This does the same for htmx 4, from the same <meta name="htmx-config">.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { headerName, requestToken } = htmx.config.antiForgery ?? {};
  if (headerName && ctx.request.method.toUpperCase() !== "GET") ctx.request.headers[headerName] = requestToken;
});
