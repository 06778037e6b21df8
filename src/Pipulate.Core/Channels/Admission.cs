namespace Pipulate.Channels;

internal enum Admission
{
    Granted,
    VisitorFull,
    ServerFull,
}
