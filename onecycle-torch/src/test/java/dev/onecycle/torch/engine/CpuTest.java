package dev.onecycle.torch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuTest {
  @ParameterizedTest
  @CsvSource({
    "avx2 avx512f avx512_bf16 amx_bf16, GenuineIntel, true",
    "avx2 avx512f avx512_bf16, GenuineIntel, false",
    "avx2 avx512f avx512_bf16, AuthenticAMD, true",
    "avx2 avx512f, AuthenticAMD, false",
    "avx2, GenuineIntel, false",
    "asimd bf16, '', true",
  })
  void bfloat16IsChosenWhereItPays(String features, String vendor, boolean faster) {
    assertThat(Cpu.multipliesBfloat16Faster(Set.of(features.split(" ")), vendor)).isEqualTo(faster);
  }

  @ParameterizedTest
  @CsvSource({
    "avx2, true",
    "avx2 avx512f, false",
    "avx2 avx512f avx512_bf16 amx_bf16, false",
    "asimd, false",
  })
  void winogradIsUsedWhereItIsFaster(String features, boolean faster) {
    assertThat(Cpu.gainsByWinograd(Set.of(features.split(" ")))).isEqualTo(faster);
  }

  @Test
  void anAmdProcessorWithoutSizesHidesItsCaches(@TempDir Path folder) throws IOException {
    Path none = folder.resolve("index0");
    assertThat(Cpu.hidesItsCaches("AuthenticAMD", none)).isTrue();
    assertThat(Cpu.hidesItsCaches("HygonGenuine", none)).isTrue();
    assertThat(Cpu.hidesItsCaches("GenuineIntel", none)).isFalse();
    assertThat(Cpu.hidesItsCaches("", none)).isFalse();
    Files.createDirectory(none);
    assertThat(Cpu.hidesItsCaches("AuthenticAMD", none)).isFalse();
  }
}
