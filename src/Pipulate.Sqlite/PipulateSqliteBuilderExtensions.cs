using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipulate;
using Pipulate.Sqlite;
using Pipulate.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds the SQLite store to Pipulate.
/// </summary>
public static class PipulateSqliteBuilderExtensions
{
    /// <summary>
    /// Stores conversations in one SQLite file, so that they outlast the process.
    /// </summary>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <param name="path">The file; a relative path is taken from the application's content root.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// The folder, the file and its tables are created where they are missing, and later versions of the package migrate them. The tables'
    /// names begin with <c>pipulate_</c>, so the application may use the same file. The store is for one process on one machine; the file
    /// must not be on a network drive.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static IPipulateBuilder AddSqlite(this IPipulateBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);

        builder.Services.RemoveAll<IConversationStore>();
        builder.Services.AddSingleton<IConversationStore>(provider => new SqliteConversationStore(
            Path.Combine(provider.GetRequiredService<IHostEnvironment>().ContentRootPath, path),
            provider.GetRequiredService<TimeProvider>()));
        return builder;
    }
}
