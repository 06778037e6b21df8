// Most of these tests wait for an application or a limit, and not for the processor: more of them than there are cores go side by side.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
