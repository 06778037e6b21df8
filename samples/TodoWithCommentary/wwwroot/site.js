// htmx 2 throws the body of an error response away, htmx 4 puts it into the page.
// Here both do the same: an error changes the page only when the server says how (HX-Reswap).
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.isError) detail.shouldSwap = detail.xhr.getResponseHeader("HX-Reswap") !== null;
});
document.addEventListener("htmx:before:swap", event => {
  const response = event.detail.ctx?.response;
  if (response?.status >= 400 && !response.headers.has("HX-Reswap")) event.preventDefault();
});
