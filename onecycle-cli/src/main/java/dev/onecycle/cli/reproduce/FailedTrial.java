package dev.onecycle.cli.reproduce;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.run.files.JsonFile;
import java.nio.file.Path;
import java.util.Map;

/**
 * A trial that ended without a result before it had a folder or file of its own, as its file keeps
 * it. The seed decides everything, so that another attempt would end so too.
 *
 * @param settings all settings by name
 * @param images fingerprint of all images that were read
 * @param environment versions, processor, threads
 * @param seconds that it took
 * @param reason of the failure, without advice
 */
record FailedTrial(
    @JsonProperty("settings") Map<String, Object> settings,
    @JsonProperty("images") String images,
    @JsonProperty("environment") Map<String, String> environment,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("reason") String reason) {
  static FailedTrial read(Path file) {
    return JsonFile.read(file, FailedTrial.class, "a failed trial of a campaign");
  }

  void write(Path file) {
    JsonFile.write(file, this);
  }
}
