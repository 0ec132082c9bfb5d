package io.raftify.test;

import io.raftify.annotation.ReplicatedQuery;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Notes what is called on a bean, so that entries of the log can be named, and queries asked again. */
final class RecordedCalls implements MethodInterceptor {

    private final Recording recording;
    private final Class<?> type;
    private final AtomicInteger calls = new AtomicInteger();

    private RecordedCalls(Recording recording, Class<?> type) {
        this.recording = recording;
        this.type = type;
    }

    static <T> T on(T bean, Class<T> type, Recording recording) {
        ProxyFactory factory = new ProxyFactory();
        factory.setTarget(bean);
        if (Proxy.isProxyClass(bean.getClass())) {
            factory.setInterfaces(bean.getClass().getInterfaces());
        } else {
            factory.setProxyTargetClass(true);
        }
        factory.addAdvice(new RecordedCalls(recording, AopUtils.getTargetClass(bean)));
        return type.cast(factory.getProxy(type.getClassLoader()));
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        recording.calling(describe(invocation));
        Method method = AopUtils.getMostSpecificMethod(invocation.getMethod(), type);
        if (!AnnotatedElementUtils.hasAnnotation(method, ReplicatedQuery.class)) {
            return invocation.proceed();
        }
        try {
            Object answer = invocation.proceed();
            recording.answered(method, invocation.getArguments(), answer, null);
            return answer;
        } catch (Exception thrown) {
            recording.answered(method, invocation.getArguments(), null, thrown.toString());
            throw thrown;
        }
    }

    private String describe(MethodInvocation invocation) {
        String arguments = Arrays.stream(invocation.getArguments())
                .map(argument -> argument instanceof CharSequence ? "\"" + argument + "\"" : String.valueOf(argument))
                .collect(Collectors.joining(", "));
        return "call " + calls.incrementAndGet() + ", " + invocation.getMethod().getName() + "("
                + FieldSight.shortened(arguments) + ")";
    }
}
