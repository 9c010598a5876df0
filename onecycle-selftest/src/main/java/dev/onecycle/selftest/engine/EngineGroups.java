package dev.onecycle.selftest.engine;

import dev.onecycle.selftest.engine.EngineInputMain.Kind;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Tier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The group of cases that give a learner what it must refuse. */
public final class EngineGroups {
  private static final int INPUTS = 200;

  private EngineGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier) {
    List<Case> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int i = 0; i < (tier == Tier.FULL ? 5 : 1); i++) {
        int first = i * INPUTS;
        String name = kind.name().toLowerCase(Locale.ROOT) + " from " + first;
        cases.add(new Case(name, folder -> refuses(folder, kind, first)));
      }
    }
    return List.of(
        new Group(
            "engine input",
            "hostile batches, weights and networks: refused by name, and the learner as it was",
            1,
            cases));
  }

  /** In a process of its own: what is not refused may end it. */
  private static void refuses(Path folder, Kind kind, int first) {
    List<String> command =
        ProcessUnderTest.java(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-XX:-CreateCoredumpOnCrash"));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            EngineInputMain.class.getName(),
            kind.name(),
            Integer.toString(first),
            Integer.toString(first + INPUTS)));
    ProcessUnderTest.start(folder, command, Map.of()).requireExitCode(0);
  }
}
