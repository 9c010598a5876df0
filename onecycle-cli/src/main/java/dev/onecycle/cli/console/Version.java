package dev.onecycle.cli.console;

import picocli.CommandLine.IVersionProvider;

/** The version of this build, from its jar. */
public final class Version implements IVersionProvider {
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"onecycle " + current()};
  }
}
