// A test runs a sample, a fake and a page; more than two at once only make each other wait, on a large machine too.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

// Its start takes longer than most tests, which have a visitor each.
[assembly: AssemblyFixture(typeof(Pipulate.Browser.Hosting.Chromium))]
