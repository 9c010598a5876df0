package dev.onecycle.report.chart;

/**
 * A vertical line at a place of the horizontal axis, with a label.
 *
 * @param label what stands beside it
 * @param x its place in the axis' unit; nothing is drawn where it is not finite
 */
public record Marker(String label, double x) {}
