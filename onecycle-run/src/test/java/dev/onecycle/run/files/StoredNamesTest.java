package dev.onecycle.run.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.TuningResult;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A component that is renamed keeps its name in files: every one has an explicit name there. */
final class StoredNamesTest {
  private static final ObjectMapper MAPPER = JsonFile.mapper();
  private static final String SNAKE_CASE = "[a-z]+[0-9]*(_[a-z]+)*";

  /** The types that files are made of, and the results that a tuning journal keeps. */
  private static List<Class<?>> roots() throws ClassNotFoundException {
    return List.of(
        RunRecord.class,
        TrainingPosition.class,
        ClassificationRecord.class,
        Class.forName(CheckpointFolder.class.getPackageName() + ".Manifest"),
        FoundRate.class,
        TuningJournal.Content.class,
        TuningResult.class,
        CycleOutcome.class,
        BatchTrial.class,
        Recipe.class);
  }

  private static Set<Class<?>> reachable() throws ClassNotFoundException {
    Set<Class<?>> found = new LinkedHashSet<>();
    for (Class<?> root : roots()) {
      visit(root, found);
    }
    return found;
  }

  private static void visit(Type type, Set<Class<?>> found) {
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        visit(argument, found);
      }
    }
    if (!(type instanceof Class<?> each)
        || !each.getName().startsWith("dev.onecycle.")
        || !found.add(each)) {
      return;
    }
    if (each == EpochRecord.class) {
      visit(JsonNames.EpochRow.class, found);
      return;
    }
    if (each == RunRecord.class) {
      for (Class<?> nested : each.getDeclaredClasses()) {
        visit(nested, found);
      }
    }
    if (each.isRecord()) {
      for (RecordComponent component : each.getRecordComponents()) {
        visit(component.getGenericType(), found);
      }
    }
  }

  private static boolean isWrittenAsItsComponents(Class<?> type) {
    return type == JsonNames.EpochRow.class
        || type.isRecord()
            && type != EpochRecord.class
            && !type.getSimpleName().equals("Conditions");
  }

  @Test
  void everyComponentOfEveryStoredRecordHasAnExplicitName() throws ClassNotFoundException {
    Map<String, List<String>> unnamed = new TreeMap<>();
    int records = 0;
    for (Class<?> type : reachable()) {
      if (!isWrittenAsItsComponents(type)) {
        continue;
      }
      records++;
      JavaType java = MAPPER.constructType(type);
      List<BeanPropertyDefinition> properties =
          MAPPER.getSerializationConfig().introspect(java).findProperties();
      List<String> wrong = new ArrayList<>();
      for (BeanPropertyDefinition property : properties) {
        if (!property.isExplicitlyNamed() || !property.getName().matches(SNAKE_CASE)) {
          wrong.add(property.getName());
        }
      }
      Set<String> written =
          properties.stream().map(p -> p.getInternalName()).collect(Collectors.toSet());
      // A row has the components of the record that it holds, those of the evaluation apart.
      RecordComponent[] components =
          type.isRecord() ? type.getRecordComponents() : EpochRecord.class.getRecordComponents();
      Arrays.stream(components)
          .map(RecordComponent::getName)
          .filter(component -> type.isRecord() || !component.equals("evaluated"))
          .filter(component -> !written.contains(component))
          .forEach(wrong::add);
      if (!wrong.isEmpty()) {
        unnamed.put(type.getSimpleName(), wrong);
      }
    }
    assertThat(unnamed).as("components that have no explicit name in snake case").isEmpty();
    assertThat(records).as("records that are reachable").isGreaterThan(30);
  }

  @Test
  void everyConstantOfEveryStoredEnumHasAnExplicitName() throws ClassNotFoundException {
    int enums = 0;
    for (Class<?> type : reachable()) {
      if (type.isEnum()) {
        enums++;
        for (Object constant : type.getEnumConstants()) {
          String text = MAPPER.convertValue(constant, String.class);
          assertThat(text).as(constant.toString()).matches(SNAKE_CASE);
          assertThat(MAPPER.convertValue(text, type)).isEqualTo(constant);
        }
      }
    }
    assertThat(enums).isEqualTo(5);
  }
}
