/** Folders, tar and zip files, walked alike and never unpacked. */
@NullMarked
package dev.onecycle.data.archive;

import org.jspecify.annotations.NullMarked;
