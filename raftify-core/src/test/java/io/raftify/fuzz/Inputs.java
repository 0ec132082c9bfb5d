package io.raftify.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Draws inputs, each from the seed and its own number alone: so one can be drawn again without those before it. */
final class Inputs {

    private static final int LARGEST = 1 << 16;
    private static final int LARGEST_NEST = 1 << 18;
    private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

    /** What lengths and counts are written as: all ones, the largest int, the smallest one, just beyond limits. */
    private static final byte[][] NUMBERS = {
        {-1, -1, -1, -1},
        {0x7f, -1, -1, -1},
        {(byte) 0x80, 0, 0, 0},
        {0, 0, 0, 0},
        {-1, -1, -1, -1, 0x0f},
        {-1, -1, -1, -1, 0x07},
        {-1, -1, -1, -1, -1, -1, -1, -1, -1, 0x01},
        {0x7f, -1, -1, -1, -1, -1, -1, -1},
        {(byte) 0x80, 0, 0, 0, 0, 0, 0, 0},
        {0x7f, -1},
        {-1, -1}
    };

    /** What nests when it is repeated: CBOR's arrays, maps and tags, and protobuf's messages and groups. */
    private static final byte[][] NESTING = {
        {(byte) 0x81},
        {(byte) 0x9f},
        {(byte) 0xa1, 0x00},
        {(byte) 0xbf, 0x61, 0x61},
        {(byte) 0xc6},
        {(byte) 0x5f},
        {0x0b},
        {0x0a, 0x7f},
        {0x1b},
        {(byte) 0xa1, 0x61, 0x61},
        {'{'},
        {'['}
    };

    private final long seed;
    private final List<byte[]> valid;
    private final List<byte[]> salt = Canary.salt();

    Inputs(long seed, List<byte[]> valid) {
        this.seed = seed;
        this.valid = valid;
    }

    byte[] draw(long number) {
        if (number < valid.size()) {
            return valid.get((int) number).clone();
        }
        SplittableRandom random = new SplittableRandom(seed + number * GOLDEN_GAMMA);
        if (random.nextInt(8) == 0) {
            return random.nextInt(4) == 0 ? nest(random) : bytes(random, size(random));
        }
        byte[] input = any(random).clone();
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            input = mutate(random, input);
        }
        return input.length > LARGEST_NEST ? Arrays.copyOf(input, LARGEST_NEST) : input;
    }

    private byte[] any(SplittableRandom random) {
        return valid.get(random.nextInt(valid.size()));
    }

    private static int size(SplittableRandom random) {
        return random.nextInt(random.nextInt(256) == 0 ? LARGEST : 200);
    }

    private static byte[] bytes(SplittableRandom random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] nest(SplittableRandom random) {
        int levels = random.nextInt(16) == 0 ? random.nextInt(LARGEST_NEST) : random.nextInt(3_000);
        return repeated(NESTING[random.nextInt(NESTING.length)], levels);
    }

    private static byte[] repeated(byte[] unit, int bytes) {
        byte[] repeated = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            repeated[i] = unit[i % unit.length];
        }
        return repeated;
    }

    private byte[] mutate(SplittableRandom random, byte[] input) {
        int at = random.nextInt(input.length + 1);
        int left = input.length - at;
        int length = left == 0 ? 0 : random.nextInt(Math.min(left, 1 + random.nextInt(64)) + 1);
        switch (random.nextInt(11)) {
            case 0:
                return flip(random, input, 1 + random.nextInt(8));
            case 1:
                return Arrays.copyOf(input, at);
            case 2:
                return replace(input, at, length, bytes(random, length));
            case 3:
                return replace(input, at, 0, bytes(random, random.nextInt(32)));
            case 4:
                return replace(input, at, length, new byte[0]);
            case 5:
                // once, or very often
                int times = random.nextInt(64) == 0 ? 1_000 : 1 + random.nextInt(3);
                byte[] part = Arrays.copyOfRange(input, at, at + length);
                return replace(input, at, 0, repeated(part, Math.min(LARGEST, part.length * times)));
            case 6:
                byte[] extreme = NUMBERS[random.nextInt(NUMBERS.length)];
                return replace(input, at, random.nextBoolean() ? Math.min(left, extreme.length) : 0, extreme);
            case 7:
                byte[] other = any(random);
                int from = random.nextInt(other.length + 1);
                return replace(input, at, left, Arrays.copyOfRange(other, from, other.length));
            case 8:
                byte[] salted = salt.get(random.nextInt(salt.size()));
                return replace(input, at, Math.min(left, random.nextInt(2) * salted.length), salted);
            case 9:
                return replace(input, at, length, nest(random));
            default:
                byte[] changed = input.clone();
                if (left > 0) {
                    changed[at] = (byte) random.nextInt(256);
                }
                return changed;
        }
    }

    private static byte[] flip(SplittableRandom random, byte[] input, int bits) {
        byte[] flipped = input.clone();
        for (int i = 0; i < bits && flipped.length > 0; i++) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] replace(byte[] input, int at, int length, byte[] by) {
        byte[] changed = new byte[input.length - length + by.length];
        System.arraycopy(input, 0, changed, 0, at);
        System.arraycopy(by, 0, changed, at, by.length);
        System.arraycopy(input, at + length, changed, at + by.length, input.length - at - length);
        return changed;
    }
}
