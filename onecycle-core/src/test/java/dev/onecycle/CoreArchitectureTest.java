package dev.onecycle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class CoreArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> location.contains("onecycle-core"))
          .importPackages("dev.onecycle");

  @Test
  void theModuleIsImported() {
    assertThat(CLASSES).hasSizeGreaterThan(60);
  }

  @Test
  void packagesHaveNoCycle() {
    slices().matching("dev.onecycle.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void coreKnowsJavaAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", "dev.onecycle..")
        .check(CLASSES);
  }
}
