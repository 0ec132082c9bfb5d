package io.raftify.replication.encoding;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.lang.reflect.Executable;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.introspect.PotentialCreator;

/**
 * Reads no annotations: a class is written by its fields, and created by its no-argument constructor or by the one
 * whose parameters are named like fields.
 */
final class FieldsOnlyIntrospector extends NopAnnotationIntrospector {

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    public @Nullable String findImplicitPropertyName(MapperConfig<?> config, AnnotatedMember member) {
        if (member instanceof AnnotatedParameter parameter
                && parameter.getOwner().getAnnotated() instanceof Executable executable) {
            Parameter reflected = executable.getParameters()[parameter.getIndex()];
            return reflected.isNamePresent() ? reflected.getName() : null;
        }
        return null;
    }

    @Override
    public @Nullable PotentialCreator findPreferredCreator(
            MapperConfig<?> config,
            AnnotatedClass valueClass,
            List<PotentialCreator> declaredConstructors,
            List<PotentialCreator> declaredFactories,
            Optional<PotentialCreator> zeroParamsConstructor) {
        if (zeroParamsConstructor.isPresent() || valueClass.getRawType().isRecord()) {
            return null;
        }
        Set<String> fields = new HashSet<>();
        valueClass.fields().forEach(field -> fields.add(field.getName()));
        PotentialCreator best = null;
        for (PotentialCreator candidate : declaredConstructors) {
            if (namesOnly(candidate, fields) && (best == null || candidate.paramCount() > best.paramCount())) {
                best = candidate;
            }
        }
        return best != null ? best.overrideMode(JsonCreator.Mode.PROPERTIES) : null;
    }

    private static boolean namesOnly(PotentialCreator candidate, Set<String> fields) {
        return candidate.creator().getAnnotated() instanceof Executable executable
                && executable.getParameterCount() > 0
                && Arrays.stream(executable.getParameters())
                        .allMatch(parameter -> parameter.isNamePresent() && fields.contains(parameter.getName()));
    }
}
