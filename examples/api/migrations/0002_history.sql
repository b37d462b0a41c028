-- Changes are recorded from here on.
SELECT medsched.enable_history();
