<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <!-- The sample's project as one that stands outside of this repository: what Directory.Build.props and Directory.Packages.props say here stands in it, and packages stand for projects. -->
  <xsl:output omit-xml-declaration="yes" indent="yes" />
  <xsl:strip-space elements="*" />
  <xsl:param name="framework" />
  <xsl:param name="pipulate" />
  <!-- " Name=1.0 Other=2.0 " -->
  <xsl:param name="versions" />

  <xsl:template match="@* | node()">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()" />
    </xsl:copy>
  </xsl:template>

  <xsl:template match="PropertyGroup">
    <PropertyGroup>
      <TargetFramework><xsl:value-of select="$framework" /></TargetFramework>
      <Nullable>enable</Nullable>
      <ImplicitUsings>enable</ImplicitUsings>
      <PipulateVersion><xsl:value-of select="$pipulate" /></PipulateVersion>
    </PropertyGroup>
  </xsl:template>

  <xsl:template match="PackageReference">
    <PackageReference Include="{@Include}" Version="{substring-before(substring-after($versions, concat(' ', @Include, '=')), ' ')}" />
  </xsl:template>

  <xsl:template match="ProjectReference">
    <PackageReference Include="{substring-before(substring-after(substring-after(@Include, 'src/'), '/'), '.csproj')}" Version="$(PipulateVersion)" />
  </xsl:template>
</xsl:stylesheet>
