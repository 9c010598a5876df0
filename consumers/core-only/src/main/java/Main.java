import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.OneCycle;

/** The schedule and the range test without an engine. */
public class Main {
  public static void main(String[] args) {
    OneCycle policy = OneCycle.of(100, 0.4);
    double[] weight = {1};
    int points =
        RangeTest.atMomentum(0.85)
            .run(
                (rate, momentum) -> {
                  double loss = weight[0] * weight[0];
                  weight[0] -= rate * 2 * weight[0];
                  return loss;
                })
            .points()
            .size();
    System.out.println(policy.learningRate().at(policy.peakStep()) == 0.4 && points > 50);
  }
}
