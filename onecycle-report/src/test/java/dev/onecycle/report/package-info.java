@NullMarked
package dev.onecycle.report;

import org.jspecify.annotations.NullMarked;
