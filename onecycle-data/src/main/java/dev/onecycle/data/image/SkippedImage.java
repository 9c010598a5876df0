package dev.onecycle.data.image;

/**
 * An image that was left out because it cannot be used.
 *
 * @param origin the file's path, or the entry's name in an archive
 * @param reason what is wrong with it
 */
public record SkippedImage(String origin, String reason) {}
