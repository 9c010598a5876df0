package dev.onecycle.selftest.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.Case;
import dev.onecycle.selftest.Group;
import dev.onecycle.selftest.Tier;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataGroupsTest {
  @Test
  void noCaseIsDropped() {
    List<Group> full = DataGroups.of(Tier.FULL);
    assertThat(full).extracting(group -> group.cases().size()).containsExactly(60, 60, 12, 12);
    assertThat(full).allSatisfy(group -> assertThat(names(group)).doesNotHaveDuplicates());
  }

  @Test
  void theQuickTierTriesSomeOfEachGroup() {
    List<Group> full = DataGroups.of(Tier.FULL);
    List<Group> quick = DataGroups.of(Tier.QUICK);
    for (int i = 0; i < full.size(); i++) {
      assertThat(quick.get(i).cases()).hasSize(full.get(i).cases().size() / 4);
      assertThat(names(full.get(i))).containsAll(names(quick.get(i)));
    }
  }

  private static List<String> names(Group group) {
    return group.cases().stream().map(Case::name).toList();
  }
}
