package dev.onecycle.report.chart;

/**
 * A vertical line with a label.
 *
 * @param label shown beside the line
 * @param x position in the axis' unit; a marker that is not finite is not drawn
 */
public record Marker(String label, double x) {}
