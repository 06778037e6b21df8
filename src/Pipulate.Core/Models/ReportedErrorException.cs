using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>Represents an error that a client reported as a content of the answer instead of throwing it.</summary>
internal sealed class ReportedErrorException(ErrorContent error, Exception? inner = null) : Exception(error.Message, inner);
