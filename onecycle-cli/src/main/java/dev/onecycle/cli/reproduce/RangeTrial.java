package dev.onecycle.cli.reproduce;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.FoundRate;
import java.nio.file.Path;
import java.util.Map;

/**
 * A range test of a campaign, as its file keeps it.
 *
 * @param settings all settings by name
 * @param images fingerprint of all images that were read
 * @param environment versions, processor, threads
 * @param seconds that it took
 * @param found the test, with the command that repeats it
 */
record RangeTrial(
    @JsonProperty("settings") Map<String, Object> settings,
    @JsonProperty("images") String images,
    @JsonProperty("environment") Map<String, String> environment,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("found") FoundRate found) {
  static RangeTrial read(Path file) {
    return JsonFile.read(file, RangeTrial.class, "a range test of a campaign");
  }

  void write(Path file) {
    JsonFile.write(file, this);
  }
}
