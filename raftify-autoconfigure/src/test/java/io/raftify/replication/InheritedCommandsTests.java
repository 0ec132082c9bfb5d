package io.raftify.replication;

import static io.raftify.replication.ReplicatedBeanChecksTests.fails;
import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.testnode.CommandsOfAnotherPackage;
import io.raftify.testnode.SingleMemberNode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AliasFor;

/** Commands and queries that a class has from elsewhere: superclasses, interfaces, annotations of the application. */
class InheritedCommandsTests {

    @Test
    void aDefaultMethodOfAnInterfaceIsACommand() {
        context(DefaultTally.class).run(context -> {
            Tally tally = context.getBean(DefaultTally.class);

            assertThat(tally.addTwice(3)).isEqualTo(6);

            assertThat(tally.total()).isEqualTo(6);
            assertThat(names(context)).containsExactly("tally.add-twice");
        });
    }

    @Test
    void aDefaultMethodOfAnInterfaceIsACommandBehindAJdkProxyToo() {
        context(DefaultTally.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    assertThat(context.getBean(Tally.class).addTwice(3)).isEqualTo(6);
                    assertThat(names(context)).containsExactly("tally.add-twice");
                });
    }

    @Test
    void anInterfaceOfAnInterfaceMarksAMethod() {
        context(DistantTally.class).run(context -> {
            DistantTally tally = context.getBean(DistantTally.class);
            MarksAdd distant = tally;

            assertThat(tally.add(1)).isEqualTo(1);
            assertThat(distant.add(1)).isEqualTo(2);

            assertThat(names(context)).containsExactly("joined.add", "joined.add");
        });
    }

    @Test
    void annotationsOfTheApplicationMayStandForOurs() {
        context(Composed.class).run(context -> {
            Composed composed = context.getBean(Composed.class);

            assertThat(composed.add(2)).isEqualTo(2);
            assertThat(composed.total()).isEqualTo(2);

            assertThat(names(context)).containsExactly("composed.add");
            assertThat(context.getBean(ReplicatedBeans.class).commands())
                    .extracting(ReplicatedMethod::timeout)
                    .containsExactly(Duration.ofSeconds(7));
        });
    }

    @Test
    void aMethodThatOverridesAGenericOneIsOneCommandWhicheverTypeItIsCalledThrough() {
        context(TextBox.class).run(context -> {
            TextBox box = context.getBean(TextBox.class);
            Box<String> generic = box;

            box.put("a");
            generic.put("b");
            callErased(generic, "c");

            assertThat(box.all()).containsExactly("a", "b", "c");
            assertThat(names(context)).containsExactly("box.put", "box.put", "box.put");
        });
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void callErased(Box box, Object value) {
        box.put(value);
    }

    @Test
    void aPublicMethodOfASuperclassThatOnlyItsPackageSeesIsACommand() {
        context(VisibleTally.class).run(context -> {
            VisibleTally tally = context.getBean(VisibleTally.class);

            assertThat(tally.add(4)).isEqualTo(4);

            assertThat(names(context)).containsExactly("concealed.add");
        });
    }

    @Test
    void anInterfaceMarksAMethodThatTheClassInheritsFromOneThatDoesNotKnowTheInterface() {
        context(JoinedTally.class).run(context -> {
            JoinedTally joined = context.getBean(JoinedTally.class);
            MarksAdd interfaceOnly = joined;
            PlainTally superclassOnly = joined;

            assertThat(joined.add(1)).isEqualTo(1);
            assertThat(interfaceOnly.add(1)).isEqualTo(2);
            assertThat(superclassOnly.add(1)).isEqualTo(3);

            assertThat(names(context)).containsExactly("joined.add", "joined.add", "joined.add");
        });
    }

    @Test
    void anAbstractClassMayHaveStateAndCommandsForOneBean() {
        context(FirstAccount.class).run(context -> {
            AbstractAccount account = context.getBean(AbstractAccount.class);

            assertThat(account.deposit(3)).isEqualTo(3);
            assertThat(account.balance()).isEqualTo(3);

            assertThat(names(context)).containsExactly("account.deposit");
        });
    }

    @Test
    void aSecondBeanOfTheAbstractClassNamesItsCommandsAnewAndBothStandInOneLog() {
        context(FirstAccount.class, SecondAccount.class).run(context -> {
            AbstractAccount first = context.getBean(FirstAccount.class);
            AbstractAccount second = context.getBean(SecondAccount.class);

            first.deposit(1);
            second.deposit(10);
            first.deposit(1);

            assertThat(first.balance()).isEqualTo(2);
            assertThat(second.balance()).isEqualTo(20);
            assertThat(names(context)).containsExactly("account.deposit", "second.deposit", "account.deposit");
        });
        fails(context(FirstAccount.class, ThirdAccount.class), "The command name 'account.deposit' is also", "another");
    }

    @Test
    void aMethodThatOverridesACommandWithoutSayingSoIsTheCommand() {
        context(ThirdAccount.class).run(context -> {
            ThirdAccount account = context.getBean(ThirdAccount.class);

            assertThat(account.deposit(3)).isEqualTo(300);

            assertThat(names(context)).containsExactly("account.deposit");
        });
    }

    @Test
    void anInterfaceAndAClassThatNameTheCommandDifferently() {
        fails(context(NamedTwice.class), "declared in two ways, in", "Keep one of the two");
        fails(context(NamedByTwoInterfaces.class), "declared in two ways, in", "Keep one of the two");
        context(NamedAlike.class).run(context -> {
            assertThat(context.getBean(NamedAlike.class).add(1)).isEqualTo(1);
            assertThat(names(context)).containsExactly("joined.add");
        });
    }

    @Test
    void aMethodThatIsNamedTwiceInOnePlace() {
        fails(context(TwoAnnotations.class), "declared in two ways:", "Keep one of the two");
    }

    @Test
    void aCommandThatIsOverriddenByAQuery() {
        fails(context(CommandTurnedQuery.class), "both a command and a query, in", "Keep @ReplicatedCommand");
    }

    @Test
    void aCommandOfAnotherPackageThatNoProxyCanOverride() {
        fails(context(HiddenCommand.class), "is only seen in its own package", "Make it public or protected");
        context(OpenCommand.class).run(context -> {
            OpenCommand open = context.getBean(OpenCommand.class);

            assertThat(open.addFromOutside(open, 2)).isEqualTo(2);

            assertThat(names(context)).containsExactly("open.add");
        });
    }

    private static List<String> names(ApplicationContext context) {
        return commands(context.getBean(SingleMemberNode.class)).stream()
                .map(entry -> entry.getCommand().getCommand())
                .toList();
    }

    interface Tally {
        @ReplicatedCommand("tally.add")
        int add(int amount);

        @ReplicatedQuery
        int total();

        @ReplicatedCommand("tally.add-twice")
        default int addTwice(int amount) {
            add(amount);
            return add(amount);
        }
    }

    static class DefaultTally implements Tally {
        @ReplicatedState
        private int total;

        @Override
        public int add(int amount) {
            return total += amount;
        }

        @Override
        public int total() {
            return total;
        }
    }

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @ReplicatedCommand("")
    @interface QuickCommand {
        @AliasFor(annotation = ReplicatedCommand.class, attribute = "value")
        String named();

        @AliasFor(annotation = ReplicatedCommand.class, attribute = "timeout")
        String within() default "7s";
    }

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @ReplicatedQuery(ReadConsistency.LOCAL)
    @interface HereAndNow {}

    static class Composed {
        @ReplicatedState
        private int total;

        @QuickCommand(named = "composed.add")
        public int add(int amount) {
            return total += amount;
        }

        @HereAndNow
        public int total() {
            return total;
        }
    }

    interface Box<E> {
        @ReplicatedCommand("box.put")
        void put(E value);
    }

    static class TextBox implements Box<String> {
        @ReplicatedState
        private final List<String> all = new ArrayList<>();

        @Override
        public void put(String value) {
            all.add(value);
        }

        @ReplicatedQuery
        public List<String> all() {
            return List.copyOf(all);
        }
    }

    abstract static class ConcealedTally {
        @ReplicatedState
        private int total;

        @ReplicatedCommand("concealed.add")
        public int add(int amount) {
            return total += amount;
        }
    }

    public static class VisibleTally extends ConcealedTally {}

    interface MarksAdd {
        @ReplicatedCommand("joined.add")
        int add(int amount);
    }

    static class PlainTally {
        @ReplicatedState
        private int total;

        public int add(int amount) {
            return total += amount;
        }
    }

    interface ExtendsMarksAdd extends MarksAdd {}

    interface ExtendsItAgain extends ExtendsMarksAdd {}

    static class DistantTally implements ExtendsItAgain {
        @ReplicatedState
        private int total;

        @Override
        public int add(int amount) {
            return total += amount;
        }
    }

    static class JoinedTally extends PlainTally implements MarksAdd {}

    abstract static class AbstractAccount {
        @ReplicatedState
        private int balance;

        @ReplicatedCommand("account.deposit")
        public int deposit(int amount) {
            return balance += amount;
        }

        @ReplicatedQuery
        public int balance() {
            return balance;
        }
    }

    static class FirstAccount extends AbstractAccount {}

    static class SecondAccount extends AbstractAccount {
        @Override
        @ReplicatedCommand(value = "second.deposit", timeout = "1m")
        public int deposit(int amount) {
            return super.deposit(2 * amount);
        }
    }

    static class ThirdAccount extends AbstractAccount {
        @Override
        public int deposit(int amount) {
            return super.deposit(100 * amount);
        }
    }

    static class NamedTwice extends PlainTally implements MarksAdd {
        @Override
        @ReplicatedCommand("twice.add")
        public int add(int amount) {
            return super.add(amount);
        }
    }

    interface MarksAddDifferently {
        @ReplicatedCommand("other.add")
        int add(int amount);
    }

    static class NamedByTwoInterfaces extends PlainTally implements MarksAdd, MarksAddDifferently {}

    static class NamedAlike extends PlainTally implements MarksAdd {
        @Override
        @ReplicatedCommand("joined.add")
        public int add(int amount) {
            return super.add(amount);
        }
    }

    static class TwoAnnotations extends PlainTally {
        @Override
        @QuickCommand(named = "one.add")
        @ReplicatedCommand("other.add")
        public int add(int amount) {
            return super.add(amount);
        }
    }

    static class CommandTurnedQuery extends AbstractAccount {
        @Override
        @ReplicatedQuery
        public int deposit(int amount) {
            return amount;
        }
    }

    static class HiddenCommand extends CommandsOfAnotherPackage.Hidden {}

    static class OpenCommand extends CommandsOfAnotherPackage.Open {}
}
