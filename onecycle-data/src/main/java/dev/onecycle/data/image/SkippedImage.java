package dev.onecycle.data.image;

/**
 * An image that cannot be used and was left out.
 *
 * @param origin the path of the file, or the name of the archive entry
 * @param reason the defect, as a phrase that follows the origin: "is empty"
 */
public record SkippedImage(String origin, String reason) {}
