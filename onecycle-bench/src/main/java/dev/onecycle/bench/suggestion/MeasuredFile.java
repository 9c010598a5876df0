package dev.onecycle.bench.suggestion;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.onecycle.bench.suggestion.Measured.Cycle;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.Readings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results as JSON, one a line: each is appended as soon as it is known. */
final class MeasuredFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final Path file;
  private final List<Measured> results = new ArrayList<>();

  /** Opens a file that is there or will be. */
  MeasuredFile(Path file) {
    this.file = file;
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          results.add(JSON.readValue(line, Measured.class));
        }
      }
    } catch (JsonProcessingException e) {
      throw new BadDataException(file + " has a line that is no result: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new BadDataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The range tests of a setting by seed, read by the rules of today. */
  SortedMap<Long, RangeResult> ranges(Setting setting) {
    LossScale scale = setting.train().scale(setting.batchSize());
    SortedMap<Long, RangeResult> ranges = new TreeMap<>();
    of(setting)
        .forEach(one -> one.range().ifPresent(range -> ranges.put(one.seed(), range.read(scale))));
    return ranges;
  }

  /** The readings of the range tests of a setting. */
  List<Readings> readings(Setting setting) {
    return ranges(setting).values().stream().map(RangeResult::readings).toList();
  }

  /** The cycles of a setting. */
  List<Measured> cycles(Setting setting) {
    return of(setting).filter(one -> one.cycle().isPresent()).toList();
  }

  /** The mean accuracy of the cycles of a setting by the place of their peak in the grid. */
  TreeMap<Integer, Double> accuracies(Setting setting) {
    return cycles(setting).stream()
        .map(one -> one.cycle().orElseThrow())
        .collect(
            Collectors.groupingBy(
                cycle -> PeakGrid.place(cycle.peak()),
                TreeMap::new,
                Collectors.averagingDouble(Cycle::accuracy)));
  }

  private Stream<Measured> of(Setting setting) {
    return results.stream().filter(one -> one.setting().equals(setting.name()));
  }

  void add(Measured result) {
    try {
      Files.writeString(
          file,
          JSON.writeValueAsString(result) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new BadDataException("cannot write " + file + ": " + e.getMessage(), e);
    }
    results.add(result);
  }
}
