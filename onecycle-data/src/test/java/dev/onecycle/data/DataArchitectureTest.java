package dev.onecycle.data;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The dependencies between the packages of this module: from the facade down to values. */
class DataArchitectureTest {
  private static final String DATA = "dev.onecycle.data";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(DATA);

  @Test
  void packagesHaveNoCycles() {
    slices().assignedFrom(EACH_PACKAGE).should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void dependenciesPointDownwards() {
    layers()
        .whereLayer("facade")
        .mayOnlyAccessLayers(
            "cache", "stream", "source", "download", "index", "decode", "image", "archive", "work")
        .whereLayer("stream")
        .mayOnlyAccessLayers("source", "index", "archive", "decode", "image", "sample", "work")
        .whereLayer("cache")
        .mayOnlyAccessLayers("source", "index", "decode", "image", "work")
        .whereLayer("source")
        .mayOnlyAccessLayers("index", "archive", "download", "decode", "image", "work")
        .whereLayer("index")
        .mayOnlyAccessLayers("image")
        .whereLayer("download")
        .mayOnlyAccessLayers("image", "work")
        .whereLayer("archive")
        .mayOnlyAccessLayers("decode")
        .whereLayer("decode")
        .mayOnlyAccessLayers("image")
        .whereLayer("batch")
        .mayOnlyAccessLayers("augment", "image", "sample", "stream", "work")
        .whereLayer("augment")
        .mayNotAccessAnyLayer()
        .whereLayer("image")
        .mayOnlyAccessLayers("sample")
        .whereLayer("sample")
        .mayNotAccessAnyLayer()
        .whereLayer("work")
        .mayNotAccessAnyLayer()
        .check(CLASSES);
  }

  private static LayeredArchitecture layers() {
    return layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("facade")
        .definedBy(DATA)
        .layer("cache")
        .definedBy(DATA + ".cache")
        .layer("stream")
        .definedBy(DATA + ".stream")
        .layer("source")
        .definedBy(DATA + ".source")
        .layer("index")
        .definedBy(DATA + ".index")
        .layer("download")
        .definedBy(DATA + ".download")
        .layer("archive")
        .definedBy(DATA + ".archive")
        .layer("decode")
        .definedBy(DATA + ".image.decode")
        .layer("batch")
        .definedBy(DATA + ".batch")
        .layer("augment")
        .definedBy(DATA + ".augment")
        .layer("image")
        .definedBy(DATA + ".image")
        .layer("sample")
        .definedBy(DATA + ".sample")
        .layer("work")
        .definedBy(DATA + ".work");
  }

  @Test
  void everyPackageHasALayer() {
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages)
        .containsExactlyInAnyOrder(
            DATA,
            DATA + ".archive",
            DATA + ".augment",
            DATA + ".batch",
            DATA + ".cache",
            DATA + ".download",
            DATA + ".image",
            DATA + ".image.decode",
            DATA + ".index",
            DATA + ".sample",
            DATA + ".source",
            DATA + ".stream",
            DATA + ".work");
  }

  @Test
  void theModulesAboveAreUnknown() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.onecycle.run..",
            "dev.onecycle.torch..",
            "dev.onecycle.report..",
            "dev.onecycle.cli..",
            "dev.onecycle.selftest..")
        .check(CLASSES);
  }

  private static final SliceAssignment EACH_PACKAGE =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "each package";
        }
      };
}
