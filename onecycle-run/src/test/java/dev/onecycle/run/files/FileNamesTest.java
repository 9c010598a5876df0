package dev.onecycle.run.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileNamesTest {
  @TempDir Path temp;

  @Test
  void aFigureIsWrittenAgainUnderItsOwnEndingAlone() throws IOException {
    for (String name : new String[] {"page.svg", "page.SVG", "page"}) {
      Path file = temp.resolve(name);
      assertThat(FileNames.requireNewOr(".svg", "--svg", file)).isEqualTo(file);
      Files.writeString(file, "there");
    }
    assertThat(FileNames.requireNewOr(".svg", "--svg", temp.resolve("page.svg"))).exists();
    assertThatThrownBy(() -> FileNames.requireNewOr(".svg", "--svg", temp.resolve("page")))
        .hasMessageContaining("--svg must be a new file, since results are not overwritten, but");
    assertThatThrownBy(() -> FileNames.requireNewOr(".svg", "--svg", temp.resolve("page.gif")))
        .hasMessageContaining(
            "--svg must be a file that ends in .svg, as its contents are, but was ")
        .hasMessageEndingWith("page.gif");
  }
}
