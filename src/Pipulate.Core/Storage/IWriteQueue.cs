namespace Pipulate.Storage;

/// <summary>Takes the conversations of which something is to be stored.</summary>
internal interface IWriteQueue
{
    /// <summary>Schedules a conversation to be written as soon as possible.</summary>
    void Schedule(ConversationWriter writer);

    /// <summary>Schedules a conversation to be written at the next checkpoint, because the text of an entry grows.</summary>
    void ScheduleCheckpoint(ConversationWriter writer);
}
