package clients;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** What a mini program's user and the tester do: calls to the emulator itself, at its plain address. */
record Control(String url) {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Makes a control call and returns its reply. */
    JsonObject call(String path, String json) throws IOException, InterruptedException {
        return send("/_emulator/" + path, "application/json", json);
    }

    /** Makes a control call for a persona. */
    JsonObject call(String path, String key, String value) throws IOException, InterruptedException {
        JsonObject given = new JsonObject();
        given.addProperty(key, value);
        return call(path, given.toString());
    }

    /** Posts a form and returns the reply. */
    JsonObject form(String path, String form) throws IOException, InterruptedException {
        return send(path, "application/x-www-form-urlencoded", form);
    }

    private JsonObject send(String path, String type, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build();
        String reply = CLIENT.send(request, BodyHandlers.ofString()).body();
        return JsonParser.parseString(reply).getAsJsonObject();
    }
}
