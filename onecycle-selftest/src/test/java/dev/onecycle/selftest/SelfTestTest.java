package dev.onecycle.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.GroupResult;
import dev.onecycle.selftest.harness.NotTriedException;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  private static final Program PROGRAM = new Program("none", (out, err, arguments) -> 0);

  private static Map<String, Integer> sizes(Tier tier) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (Group group : SelfTest.groups(tier, PROGRAM)) {
      sizes.put(group.name(), group.cases().size());
    }
    return sizes;
  }

  @Test
  void noCaseIsLost() {
    Map<String, Integer> full = new LinkedHashMap<>();
    full.put("resume", 56);
    full.put("interrupts", 7);
    full.put("kill -9", 60);
    full.put("damaged checkpoints", 1000);
    full.put("full disk", 20);
    full.put("output folders", 12);
    full.put("signals", 20);
    full.put("divergence", 12);
    full.put("bad images", 64);
    full.put("archives", 60);
    full.put("downloads", 12);
    full.put("everyday data", 16);
    full.put("degenerate data", 14);
    full.put("command line", 700);
    full.put("model files", 60);
    full.put("weight files", 327);
    full.put("network files", 10);
    full.put("engine input", 15);
    full.put("soak", 1);
    assertThat(sizes(Tier.FULL)).containsExactlyEntriesOf(full);
    assertThat(full.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(2466);
    assertThat(sizes(Tier.QUICK).values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(428);
  }

  @Test
  void namesOfCasesAreUniqueAndTheQuickTierIsAPart() {
    Map<String, List<String>> full = new LinkedHashMap<>();
    for (Group group : SelfTest.groups(Tier.FULL, PROGRAM)) {
      full.put(group.name(), names(group));
      assertThat(names(group)).as(group.name()).doesNotHaveDuplicates();
    }
    for (Group group : SelfTest.groups(Tier.QUICK, PROGRAM)) {
      assertThat(full.get(group.name())).containsAll(names(group));
    }
  }

  private static List<String> names(Group group) {
    return group.cases().stream().map(Case::name).toList();
  }

  @Test
  void aResultTellsWhatHeldFailedAndWasNotTried() {
    Group group =
        new Group(
            "group",
            "promise",
            2,
            List.of(
                new Case("holds", folder -> assertThat(folder).isEmptyDirectory()),
                new Case("fails", folder -> Expect.equal(1, 2, "the number")),
                new Case(
                    "throws",
                    folder -> {
                      throw new StackOverflowError();
                    }),
                new Case(
                    "impossible",
                    folder -> {
                      throw new NotTriedException("no such disk");
                    })));
    List<Integer> progress = new ArrayList<>();
    GroupResult result = SelfTest.run(group, progress::add);
    assertThat(progress).containsExactly(1, 2, 3, 4);
    assertThat(result.held()).isEqualTo(1);
    assertThat(result.failures())
        .isEqualTo(
            Map.of(
                "fails",
                "the number must be 1 but was 2",
                "throws",
                "java.lang.StackOverflowError"));
    assertThat(result.notTried()).isEqualTo(Map.of("impossible", "no such disk"));
    assertThat(GroupResult.allHeld(List.of(result))).isFalse();
  }

  @Test
  void theFolderOfACaseIsRemoved() {
    List<Path> folders = new ArrayList<>();
    Case keeps =
        new Case(
            "writes",
            folder -> {
              Files.writeString(Files.createDirectory(folder.resolve("a")).resolve("b"), "text");
              folders.add(folder);
            });
    GroupResult result = SelfTest.run(new Group("group", "promise", 1, List.of(keeps)), i -> {});
    assertThat(result.held()).isEqualTo(1);
    assertThat(folders).hasSize(1).noneMatch(Files::exists);
    assertThat(folders.get(0).getParent()).doesNotExist();
  }
}
