@echo off
rem Starts the onecycle command line, with the Java of JAVA_HOME or of PATH. The script "onecycle" says why these options.
setlocal
if defined JAVA_HOME goto home
set "java=java.exe"
where /q java.exe
if errorlevel 1 goto none
goto run
:home
set "java=%JAVA_HOME%\bin\java.exe"
if not exist "%java%" goto wrong
:run
"%java%" -XX:+UseSerialGC -Xmn16m -XX:+IgnoreUnrecognizedVMOptions -Djava.awt.headless=true -Dfile.encoding=UTF-8 "-Donecycle.command=%~f0" %ONECYCLE_JAVA_OPTS% -jar "%~dp0..\lib\onecycle.jar" %*
exit /b %errorlevel%
:none
echo onecycle: Java 17 or newer must be installed but none was found; install it, or set JAVA_HOME 1>&2
exit /b 1
:wrong
echo onecycle: JAVA_HOME must be the folder of a Java 17 or newer but was "%JAVA_HOME%", which has no bin\java.exe 1>&2
exit /b 1
