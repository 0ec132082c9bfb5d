package io.raftify.replication.upgrade;

/** What tests outside this room ask of what was admitted. */
public final class AdmissionsSight {

    private AdmissionsSight() {}

    public static boolean isNew(Admissions admissions) {
        return admissions.isNew();
    }

    public static boolean isAdmitted(Admissions admissions, String command, int version) {
        return admissions.isAdmitted(Requirement.command(command, version));
    }

    public static boolean isApplied(Admissions admissions, String command, int version) {
        return admissions.isApplied(Requirement.command(command, version));
    }

    public static boolean isApplied(Admissions admissions, String codec) {
        return admissions.isApplied(Requirement.codec(codec));
    }
}
