package dev.onecycle.data.sample;

/** Chosen samples of another data set in a given order. */
final class SelectedSamples implements Dataset {
  private final Dataset base;
  private final int[] indices;

  SelectedSamples(Dataset base, int[] indices) {
    this.base = base;
    this.indices = indices.clone();
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public SampleLayout layout() {
    return base.layout();
  }

  @Override
  public Targets targets() {
    return base.targets();
  }

  @Override
  public float target(int index, int output) {
    return base.target(indices[index], output);
  }

  @Override
  public int label(int index) {
    return base.label(indices[index]);
  }

  @Override
  public String origin(int index) {
    return base.origin(indices[index]);
  }

  @Override
  public void read(int index, byte[] target) {
    base.read(indices[index], target);
  }
}
