using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipulate;
using Pipulate.Generation;
using Pipulate.PostgreSql;
using Pipulate.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds PostgreSQL to Pipulate: it stores the conversations and connects the processes of an application.
/// </summary>
public static class PipulatePostgreSqlBuilderExtensions
{
    /// <summary>
    /// Stores conversations in a PostgreSQL database, so that they outlast the process and the machine, and connects all processes that use
    /// this database: a page connected to one process shows the entries that were added on another.
    /// </summary>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <param name="connectionString">
    /// An Npgsql connection string, such as <c>Host=localhost;Database=app;Username=app</c>. The database must exist.
    /// </param>
    /// <param name="backplane">
    /// Whether the processes are connected. Without it a process shows what was added on others only when it opens the conversation, which
    /// is
    /// enough for an application that runs in one process.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// The tables are created at the first use, in the first schema of the role's search path, and later versions of the package migrate
    /// them;
    /// only for that the role needs the right to create tables. Their names begin with <c>pipulate_</c>. Connections are pooled, as many
    /// as the connection string allows. Two more outside the pool connect the processes by LISTEN and NOTIFY, which does not work through a
    /// pooler in transaction mode.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="connectionString"/> is empty or no connection string.</exception>
    public static IPipulateBuilder AddPostgreSql(this IPipulateBuilder builder, string connectionString, bool backplane = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);

        // Parsed here, so that an invalid one stops the start.
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Services.RemoveAll<IConversationStore>();
        builder.Services.AddSingleton(_ => new PostgreSqlConversationStore(settings.ConnectionString));
        builder.Services.AddSingleton<IConversationStore>(provider => provider.GetRequiredService<PostgreSqlConversationStore>());
        builder.Services.RemoveAll<IPipulateBackplane>();
        builder.Services.RemoveAll<IReplyLeaseStore>();
        builder.Services.RemoveAll<IPendingEntryStore>();
        if (backplane)
        {
            builder.Services.AddSingleton<IReplyLeaseStore>(
                provider => new PostgreSqlReplyLeaseStore(provider.GetRequiredService<PostgreSqlConversationStore>()));
            builder.Services.AddSingleton<IPendingEntryStore>(provider => provider.GetRequiredService<IReplyLeaseStore>());
            builder.Services.AddSingleton<IPipulateBackplane>(provider => new PostgreSqlBackplane(
                settings.ConnectionString,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<PostgreSqlBackplane>>()));
        }

        return builder;
    }
}
