package clients;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.casbin.casdoor.config.Config;
import org.casbin.casdoor.service.Service;
import org.casbin.casdoor.service.UserService;
import org.casbin.casdoor.util.http.HttpClient;

/** Calls every method of the SDK's services once, with made-up arguments, and keeps which requests are played. */
final class CasdoorCalls {
    private static final String PACKAGE = "org.casbin.casdoor.service.";

    private final Config config;
    private final Map<String, Object> seen = new TreeMap<>();

    CasdoorCalls(Control control) throws Exception {
        this.config = Casdoor.config(control);
        HttpClient.setHttpClient(new OkHttpClient.Builder().addInterceptor(chain -> {
            Request request = chain.request();
            Response response = chain.proceed(request);
            seen.put(request.method() + " " + request.url().encodedPath(), isPlayed(response));
            return response;
        }).build());
    }

    Map<String, Object> run() throws Exception {
        for (String name : services()) {
            Class<?> type = Class.forName(PACKAGE + name);
            Object service = type.getConstructor(Config.class).newInstance(config);
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
                    call(service, method);
                }
            }
        }
        // Where the login page gets the code of getOAuthToken.
        HttpClient.postString(config.endpoint + "/api/login", "{}", Credentials.basic(config.clientId, config.clientSecret));
        return seen;
    }

    /** Returns whether a reply is neither a 404 nor the envelope that says what mockdoor does not play. */
    private static boolean isPlayed(Response response) throws IOException {
        String body = response.peekBody(Long.MAX_VALUE).string();
        String refusal = "\"mockdoor does not play " + response.request().method() + " /api/";
        return response.code() != 404 && !body.contains(refusal);
    }

    /** Returns the names of the services in the SDK's jar. */
    private static List<String> services() throws Exception {
        Path jar = Path.of(UserService.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (var files = FileSystems.newFileSystem(jar);
             Stream<Path> paths = Files.list(files.getPath(PACKAGE.replace('.', '/')))) {
            return paths.map(path -> path.getFileName().toString())
                .filter(name -> name.endsWith("Service.class") && !name.equals(Service.class.getSimpleName() + ".class"))
                .map(name -> name.replace(".class", "")).sorted().toList();
        }
    }

    /** Calls a method; that it cannot read the answer, or its made-up arguments, does not matter here. */
    private void call(Object service, Method method) throws Exception {
        Object[] given = Stream.of(method.getParameterTypes()).map(CasdoorCalls::invent).toArray();
        try {
            method.invoke(service, given);
        } catch (InvocationTargetException error) {
            if (error.getCause() instanceof Error) {
                throw new IllegalStateException(method + " cannot be called", error.getCause());
            }
        }
    }

    private static Object invent(Class<?> type) {
        if (type == String.class) {
            return "x";
        }
        if (type == int.class || type == Integer.class) {
            return 1;
        }
        if (type == boolean.class || type == Boolean.class) {
            return false;
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        if (List.class.isAssignableFrom(type)) {
            return Collections.emptyList();
        }
        if (Map.class.isAssignableFrom(type)) {
            return new LinkedHashMap<>();
        }
        if (type == File.class) {
            return new File(System.getProperty("java.class.path").split(File.pathSeparator)[0], "clients/Main.class");
        }
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException error) {
            throw new IllegalArgumentException("cannot invent a " + type.getName(), error);
        }
    }
}
