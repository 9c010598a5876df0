package dev.onecycle.run.files;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.onecycle.record.EpochRecord;

/**
 * The names that the values of {@code onecycle-core} have in JSON. They stand here, since core has
 * no dependency: a component that is renamed there keeps its name in files.
 */
final class JsonNames extends SimpleModule {
  private static final long serialVersionUID = 1;

  JsonNames() {
    super("onecycle");
    setMixInAnnotation(EpochRecord.class, AsRow.class);
  }

  @JsonSerialize(converter = ToRow.class)
  @JsonDeserialize(converter = FromRow.class)
  private interface AsRow {}

  private static final class ToRow extends StdConverter<EpochRecord, EpochRow> {
    @Override
    public EpochRow convert(EpochRecord epoch) {
      return EpochRow.of(epoch);
    }
  }

  private static final class FromRow extends StdConverter<EpochRow, EpochRecord> {
    @Override
    public EpochRecord convert(EpochRow row) {
      return row.epochRecord();
    }
  }
}
