package clients;

import com.google.gson.GsonBuilder;
import java.util.Map;

/** Runs the checks of one library against the emulator at MOCKDOOR_URL, and prints what they saw as one JSON object. */
public final class Main {
    public static void main(String[] arguments) throws Exception {
        String what = arguments.length == 1 ? arguments[0] : "";
        Control control = new Control(System.getenv("MOCKDOOR_URL"));
        Map<String, Object> seen = switch (what) {
            case "wxjava-host" -> new WxJava(WxJava.withHost(control.url()), control).run();
            case "wxjava-okhttp" -> new WxJava(WxJava.withOkHttp(), control).run();
            case "wxjava-proxy" -> new WxJava(WxJava.withProxy(), control).run();
            case "wxjava-plain" -> WxJava.tryToken(WxJava.plain());
            case "casdoor" -> new Casdoor(control).run();
            case "casdoor-calls" -> new CasdoorCalls(control).run();
            default -> throw new IllegalArgumentException(
                "name one of wxjava-host, wxjava-okhttp, wxjava-proxy, wxjava-plain, casdoor, casdoor-calls");
        };
        System.out.println(new GsonBuilder().disableHtmlEscaping().serializeNulls().create().toJson(seen));
        System.exit(0);  // without a wait for the connections that OkHttp keeps
    }
}
