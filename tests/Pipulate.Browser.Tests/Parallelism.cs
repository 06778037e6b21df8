// A test runs a sample, a fake and a page; more than two at once only make each other wait, on a large machine too.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
