package dev.onecycle.selftest.data;

import dev.onecycle.selftest.harness.Case;
import java.util.List;
import java.util.stream.Stream;

/** Cases of hostile and damaged archives and files of many images. */
final class ArchiveCases {
  static final String NAME = "archives";

  private ArchiveCases() {}

  static List<Case> all() {
    return Stream.of(
            HostileArchiveCases.all(), DamagedArchiveCases.all(), CifarCases.all(), IdxCases.all())
        .flatMap(List::stream)
        .map(FileCase::asCase)
        .toList();
  }
}
