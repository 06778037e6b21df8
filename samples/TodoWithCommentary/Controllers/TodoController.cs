using System.ComponentModel.DataAnnotations;
using Htmx;
using Microsoft.AspNetCore.Mvc;
using Pipulate;
using TodoWithCommentary.Todos;

namespace TodoWithCommentary.Controllers;

public sealed class TodoController(TodoStore todos) : Controller
{
    [HttpGet("/")]
    public IActionResult Index()
    {
        return App(nameof(Index), todos.All());
    }

    [HttpGet("/about")]
    public IActionResult About()
    {
        return App(nameof(About));
    }

    [HttpGet("/profile/{name}")]
    public IActionResult Profile(string name)
    {
        if (Profiles.Of(name) is not { } profile)
        {
            return NotFound();
        }

        Response.Cookies.Append(Profiles.Cookie, profile.Name, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax });
        return PartialView("_Profile", profile);
    }

    [HttpPost("/todo")]
    [ChatCommentary("They put {title} on the list. One remark, 40 words at most.")]
    public IActionResult Add(
        [FromForm]
        [Required(ErrorMessage = "Write down what there is to do.")]
        [StringLength(TodoItem.TitleLength, ErrorMessage = "That is too long: {1} characters at most.")]
        string title)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Request.IsHtmx() ? OutOfBand("_TitleField") : View(nameof(Index), todos.All());
        }

        var todo = todos.Add(title.Trim());
        return Request.IsHtmx() ? PartialView("Added", todo) : RedirectToAction(nameof(Index));
    }

    [HttpPost("/todo/{id:int}/toggle")]
    [ChatCommentary("They changed {result.Title} from {before} to {result.State}. One remark, 40 words at most.")]
    public IActionResult Toggle(int id)
    {
        if (todos.Toggle(id) is not { } todo)
        {
            return Gone(id);
        }

        HttpContext.SetCommentary("before", (todo with { Done = !todo.Done }).State);
        return PartialView("_Item", todo);
    }

    [HttpDelete("/todo/{id:int}")]
    [ChatCommentary("They deleted {todo.Title}, which was {todo.State}. One remark, 40 words at most.")]
    public IActionResult Delete(int id)
    {
        if (todos.Delete(id) is not { } todo)
        {
            return Gone(id);
        }

        HttpContext.SetCommentary("todo", todo);
        return Ok();
    }

    [HttpPost("/todo/clear")]
    public IActionResult Clear([FromServices] Clearing clearing)
    {
        return HttpContext.GetConversation() is { } asker && clearing.TryAsk(asker) ? NoContent() : StatusCode(StatusCodes.Status503ServiceUnavailable);
    }

    // The whole page, or for htmx what is inside of it.
    private IActionResult App(string view, object? model = null)
    {
        Response.Headers.Vary = "HX-Request, HX-Boosted";
        return Request.IsHtmxNonBoosted() ? PartialView(view, model) : View(view, model);
    }

    // Another tab was faster: the item leaves this page as well.
    private PartialViewResult Gone(int id)
    {
        Response.StatusCode = StatusCodes.Status404NotFound;
        return OutOfBand("Gone", id);
    }

    // An error changes only what it names itself, never the target of the request (see site.js).
    private PartialViewResult OutOfBand(string view, object? model = null)
    {
        Response.Htmx(headers => headers.Reswap(HtmxSwap.None));
        return PartialView(view, model);
    }
}
