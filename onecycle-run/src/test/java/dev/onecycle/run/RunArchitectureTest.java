package dev.onecycle.run;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class RunArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.onecycle.run");

  @Test
  void theModuleIsImported() {
    assertThat(CLASSES).hasSizeGreaterThan(40);
  }

  @Test
  void packagesHaveNoCycle() {
    slices().matching("dev.onecycle.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void runKnowsCoreAndJacksonAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "com.fasterxml.jackson..",
            "dev.onecycle.run..",
            "dev.onecycle.error..",
            "dev.onecycle.fault..",
            "dev.onecycle.math..",
            "dev.onecycle.range..",
            "dev.onecycle.record..",
            "dev.onecycle.schedule..",
            "dev.onecycle.text..",
            "dev.onecycle.tune..")
        .check(CLASSES);
  }
}
