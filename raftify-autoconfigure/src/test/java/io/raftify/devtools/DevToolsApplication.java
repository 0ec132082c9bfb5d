package io.raftify.devtools;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Component;

/** Has itself restarted twice by devtools, as if its classes had changed. */
@SpringBootApplication
public class DevToolsApplication {

    public static void main(String[] args) throws Exception {
        ConfigurableApplicationContext context = SpringApplication.run(DevToolsApplication.class, args);
        int start = Integer.getInteger("starts", 0) + 1;
        System.setProperty("starts", Integer.toString(start));
        Visit visit = context.getBean(Visits.class).visit("start " + start);
        System.out.println("start " + start + ": counted " + visit.number() + ", loaded by "
                + DevToolsApplication.class.getClassLoader().getClass().getSimpleName());
        System.out.println("threads of the library: " + threads());
        if (start < 3) {
            // Devtools is not on the class path that this is compiled with.
            Class<?> restarter = Class.forName("org.springframework.boot.devtools.restart.Restarter");
            restarter
                    .getMethod("restart")
                    .invoke(restarter.getMethod("getInstance").invoke(null));
            return;
        }
        context.close();
        long end = System.nanoTime() + 10_000_000_000L;
        while (threads() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(10_000_000);
        }
        System.out.println("stopped with " + threads() + " threads of the library");
        System.exit(0);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("raftify-"))
                .count();
    }

    /** Of a class that is another one after each restart. */
    public record Visit(int number, List<String> all) {}

    @Component
    static class Visits {

        @ReplicatedState
        private Visit last = new Visit(0, List.of());

        @ReplicatedCommand("visits.visit")
        public Visit visit(String by) {
            List<String> all = new ArrayList<>(last.all());
            all.add(by);
            last = new Visit(last.number() + 1, List.copyOf(all));
            return last;
        }
    }
}
