using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Pipulate;
using Pipulate.PostgreSql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds the PostgreSQL store to Pipulate.
/// </summary>
public static class PipulatePostgreSqlBuilderExtensions
{
    /// <summary>
    /// Keeps conversations in a PostgreSQL database, so that they outlast the process and the machine.
    /// </summary>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <param name="connectionString">An Npgsql connection string, such as <c>Host=localhost;Database=app;Username=app</c>. The database must exist.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// The tables are made at the first use, in the first schema of the role's search path, and brought up to date by later versions; only for that the role needs the right to create.
    /// The tables' names begin with <c>pipulate_</c>. Connections are pooled, at most as many as the connection string says.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="connectionString"/> is empty or no connection string.</exception>
    public static IPipulateBuilder AddPostgreSql(this IPipulateBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);

        // Read at once, so that a wrong one stops the start.
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Services.RemoveAll<IConversationStore>();
        builder.Services.AddSingleton<IConversationStore>(_ => new PostgreSqlConversationStore(settings.ConnectionString));
        return builder;
    }
}
